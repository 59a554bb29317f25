"""A probe from its first call to the removal of its last resource."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import httpx
from botocore.exceptions import BotoCoreError, ClientError

from emulator.errors import ProbeError
from emulator.probe import function_trials, log_trials, math_trials, model_trials, stage_trials, wire_trials
from emulator.probe.answers import Answer, Outcome, without_account
from emulator.probe.clients import refusal
from emulator.probe.questions import QUESTIONS, Piece, Question
from emulator.probe.removal import remove
from emulator.probe.site import REPLY_SECONDS, Site, build
from emulator.probe.twin import twin

if TYPE_CHECKING:
    from emulator.probe.errand import Errand

LAST = "delete-canary-deployment"
"""What may leave the API without its second deployment is asked after everything else."""


def probe(errand: "Errand", *, object2vec: str = "", say: Callable[[str], None] = print) -> list[Answer]:
    """Make the small stack, ask every question, and remove it, whatever happens in between.

    Raises:
        ProbeError: the stack could not be made; the message says what is left of it, where anything is.
    """
    answers: list[Answer] = []
    fault = ""
    try:
        say("making the small stack (with a model this takes some ten minutes)")
        with httpx.Client(timeout=REPLY_SECONDS) as http, twin(errand.stem, errand.caller.region) as address:
            for answer in asked(build(errand, http), address, object2vec):
                shown = replace(answer, seen=without_account(answer.seen, errand.caller.account))
                answers.append(shown)
                say(f"{shown.question}: {shown.seen} ({shown.outcome})")
    except (ClientError, BotoCoreError) as error:
        fault = f"the small stack could not be made: {error}"
    except ProbeError as error:
        fault = str(error)
    finally:
        say("removing what was made")
        left = remove(errand.there, errand.ledger, errand.clock.sleep)
        if left:
            say("\n  ".join(["not removed:", *left]))
            say(f"try again with: python -m emulator probe --remove {errand.ledger.file.stem}")
    if fault:
        raise ProbeError(fault)
    return answers


def asked(site: Site, address: str, object2vec: str) -> Iterator[Answer]:
    """Put every question, those first that leave everything as it is; one that fails settles nothing."""
    for question in sorted(QUESTIONS, key=lambda each: each.id == LAST):
        missing = _missing(question, site)
        if missing:
            yield Answer(question=question.id, outcome=Outcome.UNSETTLED, seen=f"not asked: {missing}")
            continue
        try:
            yield _answer(question, site, address, object2vec)
        except ClientError as error:
            yield Answer(question=question.id, outcome=Outcome.UNSETTLED, seen=f"AWS refused: {refusal(error)}")
        except (BotoCoreError, ProbeError) as error:
            yield Answer(question=question.id, outcome=Outcome.UNSETTLED, seen=f"could not be asked: {error}")


def _answer(question: Question, site: Site, address: str, object2vec: str) -> Answer:
    if question.id in wire_trials.WIRE:
        return wire_trials.wire(question.id, site, address)
    if question.id == "object2vec-input":
        return model_trials.object2vec_input(site, object2vec)
    rooms = (stage_trials, log_trials, math_trials, model_trials, function_trials)
    return {name: trial for room in rooms for name, trial in room.TRIALS.items()}[question.id](site)


def _missing(question: Question, site: Site) -> str:
    match question.needs:
        case Piece.LOGS:
            return site.not_logged and f"no access log: {site.not_logged}"
        case Piece.MODEL:
            return "" if site.endpoints.instance else f"no endpoint: {site.endpoints.why}"
        case Piece.SERVERLESS:
            return "" if site.endpoints.serverless else f"no serverless endpoint: {site.endpoints.why}"
        case Piece.FUNCTION:
            return site.not_called and f"no function: {site.not_called}"
        case Piece.API | Piece.NOTHING:
            return ""
