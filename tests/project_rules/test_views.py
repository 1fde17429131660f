import ast

from tests.project_rules.source import files, functions


def test_actions_without_a_body_refuse_one() -> None:
    accepting = [
        f"{path}: {function.name}"
        for path in files()
        for function in functions(path)
        if any("request=None" in ast.unparse(decorator) for decorator in function.decorator_list)
        and function.name != "destroy"  # refused in `initial`
        and "self.require_empty_body()" not in ast.unparse(function)
    ]

    assert accepting == []
