"""Links and changes of page name the file itself, whichever script is served."""

from __future__ import annotations

import ast
from pathlib import Path

from pages.parts.address import page_file
from tests.house_rules import calls, name_of, python_files


def test_every_link_to_a_page_is_to_a_file_that_is_there() -> None:
    found = 0
    for source in python_files():
        for call in calls(source):
            is_link = name_of(call.func) in ("page_link", "switch_page") and source.place == "pages"
            if not is_link:
                continue
            first = call.args[0]
            assert isinstance(first, ast.Call), source.at(call, "name the page by page_file()")
            assert name_of(first.func) == "page_file", source.at(call, "name it by page_file()")
            if isinstance(first.args[0], ast.Constant):
                assert Path(page_file(str(first.args[0].value))).is_file(), source.at(call, "gone")
            found += 1
    assert found > 15
