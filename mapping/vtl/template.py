"""A compiled template: `compile` once, `render` often, from any number of threads."""

from collections.abc import MutableMapping
from types import TracebackType

from mapping.vtl.analysis import needs_context
from mapping.vtl.build import build
from mapping.vtl.compiler import Compiler
from mapping.vtl.contexts import Context
from mapping.vtl.dynamic import DynamicCompiler, DynamicProgram, Session
from mapping.vtl.errors import TemplateBoundError, TemplateError, TemplateRunError
from mapping.vtl.limits import Dialect, Limits
from mapping.vtl.program import FILE
from mapping.vtl.runtime import Broken, Halt, Run


class Template:
    """A template ready to render. `tree` is what was parsed, with places; nothing in it changes afterwards."""

    __slots__ = ("_counted", "_dynamic", "_loop_limit", "_program", "dialect", "limits", "source", "tree")

    def __init__(self, source: str, dialect: Dialect, limits: Limits) -> None:
        self.source = source
        self.dialect = dialect
        self.limits = limits
        self._loop_limit = limits.loop(dialect)
        self.tree = build(source, dialect, limits)
        self._dynamic = needs_context(self.tree, dialect)
        compiler = (DynamicCompiler if self._dynamic else Compiler)(self.tree, dialect, limits)
        self._program = compiler.compile()
        self._counted = not self._dynamic and not compiler.used.defines

    @property
    def code(self) -> str:
        """The generated Python, for a curious reader."""
        return self._program.source

    def render(self, context: MutableMapping[str, object], *, keep: bool = True) -> str:
        """Render with the variables of `context`, by their names without `$`; what the template sets is put there.

        With `keep` false it need not be, which saves a little where nobody looks at it afterwards.

        Raises TemplateRunError where a method throws, TemplateBoundError where a bound is passed.
        """
        run = Run(self.limits, self._loop_limit, keep)
        out: list[str] = []
        try:
            try:
                if self._dynamic:
                    self._program.run(Session(run, self._evaluated), out, Context(context))
                else:
                    self._program.run(context, run, out)
            except (Halt, Broken):
                pass
            return run.counted(out) if self._counted else run.finish(out)
        except TemplateError as error:
            raise error.at(*self._place(error.__traceback__)) from None
        except (RecursionError, MemoryError, OverflowError) as error:
            raise TemplateBoundError(
                f"the template needs too much: {error.__class__.__name__}",
                expected="values that do not contain themselves, and smaller ones",
            ).at(*self._place(error.__traceback__)) from error
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise TemplateRunError(f"{error.__class__.__name__}: {error}").at(
                *self._place(error.__traceback__)
            ) from error

    def _evaluated(self, source: str, macros: frozenset[str]) -> DynamicProgram:
        """Compile what #evaluate was given."""
        root = build(source, self.dialect, self.limits, macros=macros)
        program = DynamicCompiler(root, self.dialect, self.limits).compile()

        def run(session: Session, out: list[str], context: Context) -> None:
            program.run(session, out, context)

        return run

    def _place(self, traceback: TracebackType | None) -> tuple[int, int, str]:
        """The template's place of the innermost line of generated code in a traceback."""
        found = (0, 0, "")
        while traceback is not None:
            if traceback.tb_frame.f_code.co_filename == FILE:
                found = self._program.places[traceback.tb_lineno - 1]
            traceback = traceback.tb_next
        return found


def compile(source: str, dialect: Dialect = Dialect.AWS, limits: Limits | None = None) -> Template:  # noqa: A001 - re.compile's name
    """Parse and compile a template.

    Raises TemplateSyntaxError where it is not Velocity 1.7, TemplateBoundError where it passes a bound.
    """
    limits = Limits() if limits is None else limits
    if len(source) > limits.template:
        raise TemplateBoundError(
            f"the template has {len(source)} characters",
            line=1,
            column=1,
            construct="template",
            expected=f"at most {limits.template}",
        )
    try:
        return Template(source, dialect, limits)
    except RecursionError as error:
        raise TemplateBoundError(
            "the template nests too deep", line=1, column=1, construct="template", expected="fewer levels"
        ) from error
