"""An extension of griffe: the comment `#: words` behind an attribute is its docstring, as Sphinx reads it."""

from typing import Any

import griffe


class AttributeComments(griffe.Extension):
    def on_attribute_instance(self, *, attr: griffe.Attribute, **_: Any) -> None:
        if attr.docstring is None and attr.endlineno is not None:
            code, mark, words = attr.lines_collection[attr.filepath][attr.endlineno - 1].partition("#: ")
            if code.strip() and mark:
                attr.docstring = griffe.Docstring(words.strip(), lineno=attr.endlineno, parent=attr)
