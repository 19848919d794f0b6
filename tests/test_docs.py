"""The README says what really happens."""

import re
from difflib import SequenceMatcher

from readme_commands import ARITHMETIC, README, arithmetic, examples, run

from kg.cli.main import main


def lines(text):
    return [line.rstrip() for line in text.splitlines()]


def assert_printed(command, expected, printed):
    """The same lines; nearly the same where the processor rounds otherwise than the README's."""
    if ARITHMETIC.read_text(encoding="utf-8").strip() == arithmetic():
        assert expected == printed, command
    alike = SequenceMatcher(None, "\n".join(expected), "\n".join(printed), autojunk=False)
    assert 0.9 <= alike.ratio(), command


def test_commands_print_what_the_readme_shows():
    """Every console block, run in order in a fresh folder, gives the output printed there."""
    parts = examples()
    assert len(parts) >= 5
    for part, output in zip(parts, run([part.command for part in parts]), strict=True):
        expected, printed = lines(part.output), lines(output)
        if part.cut:
            expected.pop()
            printed = printed[: len(expected)]
        assert_printed(part.command, expected, printed)


def test_every_command_is_in_the_readme():
    """No command is left for readers to discover."""
    text = README.read_text(encoding="utf-8")
    assert [] == [name for name in main.commands if f"kg {name}" not in text]


def test_links_of_the_readme_lead_somewhere():
    """Relative links and pictures point to files of the repository."""
    text = README.read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    assert targets
    assert [] == [target for target in targets if not (README.parent / target).exists()]
