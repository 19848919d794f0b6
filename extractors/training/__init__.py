"""How a model is made from annotated papers; needs the extra ``train``."""
