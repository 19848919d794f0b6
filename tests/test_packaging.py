"""What the installed distribution owns and offers."""

import re
from importlib.metadata import distribution, packages_distributions
from importlib.resources import files

import pytest

DISTRIBUTION = "litkg"
PACKAGES = ["kg", "extractors", "ontology", "exports"]


@pytest.mark.parametrize("name", PACKAGES)
def test_no_other_distribution_owns_the_name(name):
    """Two distributions that own one name destroy each other, and pip says nothing."""
    assert set(packages_distributions().get(name, [])) <= {DISTRIBUTION}


@pytest.mark.parametrize("name", PACKAGES)
def test_each_package_is_typed(name):
    """Type checkers of users read our types."""
    assert files(name).joinpath("py.typed").is_file()


@pytest.mark.parametrize("name", ["extractors", "ontology", "exports"])
def test_package_files_hold_a_docstring_only(name):
    """A stranger's ``__init__.py`` in its place would break nothing."""
    text = files(name).joinpath("__init__.py").read_text(encoding="utf-8")
    assert re.fullmatch(r'"""[^"]+"""\s*', text)


def test_public_names():
    """The library's front door opens to these names, sorted."""
    import kg

    public = ["Graph", "Selection", "build", "diff", "open_graph", "remove", "update"]
    assert public == kg.__all__
    assert all(getattr(kg, name) is not None for name in kg.__all__)


def test_the_command_is_kg():
    """The console script is what the README calls."""
    scripts = distribution(DISTRIBUTION).entry_points.select(group="console_scripts")
    assert {"kg": "kg.cli.main:main"} == {script.name: script.value for script in scripts}


def test_unknown_names_of_the_library_are_refused():
    """A misspelt import says so."""
    import kg

    with pytest.raises(AttributeError, match="'bild'"):
        _ = kg.bild
