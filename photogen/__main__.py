"""The command line: `python -m photogen <command>`. `make run` is `up`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from photogen.errors import PhotogenError

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="photogen, from the command line."
)


@app.command()
def up() -> None:
    """Starts everything, prints the address, and runs until Ctrl-C."""
    from photogen.runtime.up import up as run

    raise typer.Exit(run())


@app.command()
def doctor(as_json: bool = typer.Option(False, "--json", help="As JSON, in a form that stays.")) -> None:
    """Says what is configured, what answers, what it lets us do, and how to mend the rest. Never prints a secret."""
    from photogen.runtime.doctor import examine

    raise typer.Exit(examine(typer.echo, as_json=as_json))


@app.command()
def migrate() -> None:
    """Brings the database to the newest schema. Safe to repeat."""
    from photogen.db.migrations import upgrade
    from photogen.runtime.database import reachable

    with _words(), reachable() as url:
        upgrade(url)


@app.command(name="new-migration")
def new_migration(why: str) -> None:
    """Writes a migration for what has changed in photogen/models; read it before you keep it."""
    from photogen.db.migrations import upgrade, write
    from photogen.runtime.database import reachable

    with _words(), reachable() as url:
        upgrade(url)
        write(url, why)


@app.command(name="create-admin")
def create_admin(
    email: str = typer.Option(..., prompt="Email"),
    name: str = typer.Option("Admin", prompt="Name"),
    password: str = typer.Option(
        ..., prompt="Password", confirmation_prompt=True, hide_input=True, envvar="ADMIN_PASSWORD"
    ),
) -> None:
    """Makes an account that administers this installation."""
    from photogen.db.migrations import upgrade
    from photogen.runtime.admin import create
    from photogen.runtime.database import reachable

    with _words(), reachable() as url:
        upgrade(url)
        typer.echo(create(url, email=email, name=name, password=password))


@app.command(name="give-credits", context_settings={"ignore_unknown_options": True})
def give_credits(
    email: str,
    amount: int,
    reason: str = typer.Option("Given by the operator", help="Stands in the account's list of movements."),
) -> None:
    """Gives an account credits, or takes some with a negative amount."""
    from photogen.runtime.admin import give_credits as give
    from photogen.runtime.database import reachable

    with _words(), reachable() as url:
        typer.echo(give(url, email=email, amount=amount, reason=reason))


@app.command(name="explain-balance")
def explain_balance(
    email: str,
    as_json: bool = typer.Option(False, "--json", help="As JSON, one object."),
) -> None:
    """Says why an account has the credits that it has: every movement in order, with its cause."""
    from photogen.runtime.books import explain_balance as explain
    from photogen.runtime.database import reachable

    with _words(), reachable() as url:
        raise typer.Exit(explain(url, typer.echo, email, as_json=as_json))


@app.command(name="check-books")
def check_books(as_json: bool = typer.Option(False, "--json", help="As JSON, one object.")) -> None:
    """Holds ledger, quota, work and payments against each other. Gives 1 where they contradict each other."""
    from photogen.runtime.books import check_books as check
    from photogen.runtime.database import reachable

    with _words(), reachable() as url:
        raise typer.Exit(check(url, typer.echo, as_json=as_json))


stripe = typer.Typer(no_args_is_help=True, help="The shop at Stripe.")
app.add_typer(stripe, name="stripe")


@stripe.command()
def sync() -> None:
    """Makes at Stripe what the plan table says: products, prices, portal, webhook. Safe to repeat."""
    from photogen.runtime.database import reachable
    from photogen.runtime.operator import sync_shop

    with _words(), reachable() as url:
        sync_shop(url, typer.echo)


@app.command()
def incidents(
    as_json: bool = typer.Option(False, "--json", help="As JSON, one object per incident."),
    resolve: str = typer.Option("", metavar="ID", help="Says of this one that it is over."),
) -> None:
    """Lists what should not have happened and is not mended yet. Gives 1 when there is anything."""
    from photogen.runtime.database import reachable
    from photogen.runtime.operator import incidents as tell

    with _words(), reachable() as url:
        raise typer.Exit(tell(url, typer.echo, as_json=as_json, resolve=resolve))


@app.command()
def sweep(
    dry_run: bool = typer.Option(False, "--dry-run", help="Only looks; deletes nothing."),
    as_json: bool = typer.Option(False, "--json", help="As JSON."),
) -> None:
    """Deletes files that belong to nothing, and names what has lost its file. Gives 1 when something has."""
    from photogen.runtime.database import reachable
    from photogen.runtime.operator import sweep as run

    with _words(), reachable() as url:
        raise typer.Exit(run(url, typer.echo, dry=dry_run, as_json=as_json))


@app.command()
def leftovers(
    as_json: bool = typer.Option(False, "--json", help="As JSON, one object per thing."),
    retry: bool = typer.Option(False, "--retry", help="Lets each be tried at once instead of later."),
) -> None:
    """Lists what should be gone, at vendors or in the storage, and is not. Gives 1 when there is anything."""
    from photogen.runtime.database import reachable
    from photogen.runtime.operator import leftovers as tell

    with _words(), reachable() as url:
        raise typer.Exit(tell(url, typer.echo, as_json=as_json, retry=retry))


@app.command(name="delete-account")
def delete_account(
    email: str,
    yes: bool = typer.Option(False, "--yes", help="Don't ask."),
) -> None:
    """Deletes an account with everything that belongs to it, at the vendors too."""
    from photogen.runtime.database import reachable
    from photogen.runtime.operator import delete_account as delete

    if not yes:
        typer.confirm(f"Delete the account of {email} for good?", abort=True)
    with _words(), reachable() as url:
        typer.echo(delete(url, email))


@app.command(name="release-model")
def release_model(model_id: str) -> None:
    """Gives a model that was held back to its owner again, once its repository was seen to be closed."""
    from photogen.runtime.database import reachable
    from photogen.runtime.operator import release

    with _words(), reachable() as url:
        typer.echo(release(url, model_id))


@app.command(name="withdraw-link")
def withdraw_link(address: str) -> None:
    """Ends whosever share link at once, by its address: for what must not be shown."""
    from photogen.runtime.admin import withdraw_link as withdraw
    from photogen.runtime.database import reachable

    with _words(), reachable() as url:
        typer.echo(withdraw(url, address))


@contextmanager
def _words() -> Iterator[None]:
    try:
        yield
    except PhotogenError as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(1) from None


if __name__ == "__main__":
    sys.exit(app(prog_name="photogen"))
