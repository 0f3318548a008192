"""The `bellhop` command. Nothing heavy is imported before it is known what was asked for."""

import sys


def main() -> None:
    """The command's way in: what can be foreseen ends with one line and status 1, wrong use with status 2."""
    from bot.cli.commands import app

    try:
        app()
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except Exception as error:
        from bot.cli.refusals import sentence_of

        sentence = sentence_of(error)
        if sentence is None:
            raise
        print(f"bellhop: {sentence}", file=sys.stderr)
        raise SystemExit(1) from None
