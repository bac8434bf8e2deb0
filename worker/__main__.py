"""`python -m worker run`: jobs and the schedule. `python -m worker advance training ID`: one step by hand."""

from __future__ import annotations

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="photogen's worker.")


@app.command()
def run(
    processes: int = typer.Option(3, min=1, max=64, help="Processes that run jobs, beside the one of the schedule."),
) -> None:
    """Runs jobs and the schedule until Ctrl-C or SIGTERM."""
    from worker import context
    from worker.processes import Family

    context.configure_logs(context.settings())
    Family(processes).run()


@app.command()
def advance(kind: str = typer.Argument(..., help="training or shot"), id: str = typer.Argument(...)) -> None:
    """Does now what is next for one training or shot; safe beside a running worker."""
    from worker import context

    context.configure_logs(context.settings())
    rooms = {"training": context.services().training.advance, "shot": context.services().generation.advance}
    if kind not in rooms:
        raise typer.BadParameter("has to be training or shot", param_hint="kind")
    rooms[kind](id)


if __name__ == "__main__":
    app(prog_name="worker")
