"""The set-up of the next batch, its price, and the latest batches as their pictures arrive."""

import dataclasses
import secrets
from functools import partial

import reflex as rx

from photogen.domain.generation.commands import COUNT, LARGEST_SEED, PROMPT_LENGTH, StartGeneration
from photogen.domain.generation.prompts.commands import SuggestQuery
from photogen.domain.generation.views import GenerateOptions, ModelChoiceView
from photogen.domain.generation.wildcards import MOST_COMBINATIONS
from photogen.domain.vendors.routing import CUSTOM
from photogen.domain.vendors.views import VendorTrouble
from photogen.errors import Invalid, PhotogenError, Rejected
from photogen.kit.ids import is_id, new_id
from photogen.web import live
from photogen.web.deps import call, services
from photogen.web.notices import toast
from photogen.web.pages.generate.filling import asked, begin_with, fields, remix, reshape, shared
from photogen.web.pages.generate.price import quote
from photogen.web.pages.generate.shown import (
    Batch,
    Controls,
    InputShown,
    Option,
    Suggested,
    Wild,
    batch,
    controls,
    name,
    near,
    trouble,
    wild,
)
from photogen.web.security.policy import allow
from photogen.web.session import current
from photogen.web.text import number, t
from photogen.web.typed import Step, Steps

SHOWN = 6
"""Batches on the page; older pictures are in the gallery."""


class Generate(rx.State):
    """The form and the batches of this tab."""

    ready: bool = False
    problem: str = ""
    code: str = ""
    prompt: str = ""
    suggested: Suggested = Suggested()
    wild: Wild = Wild()
    wildcards: str = "random"
    negative: str = ""
    model: str = ""
    models: list[Option] = []
    styles: list[Option] = []
    style: str = ""
    aspect: str = "1:1"
    width: int = 1024
    height: int = 1024
    count: int = 1
    seed: str = ""
    steps: int = 0
    guidance: float = 0
    lora_scale: float = 1
    controls: Controls = Controls()
    errors: dict[str, str] = {}
    button: str = ""
    after: str = ""
    starting: bool = False
    started: str = ""
    batches: list[Batch] = []
    input: InputShown = InputShown()
    strength: float = 0.8
    preset: str = ""
    preset_name: str = ""
    _last_seed: str = ""
    _kept: dict[str, object] | None = None
    _options: GenerateOptions | None = None
    _troubles: list[VendorTrouble] = []
    _request_key: str = ""

    # --- what there is to choose from ---------------------------------------------------------------------------------

    @rx.event
    @allow("user")
    async def load(self) -> Steps:
        account = current().account_id
        try:
            self._options = await call(services().generation.options, account)
            self._troubles = await call(services().vendors.troubles)
        except PhotogenError as error:
            self.problem, self.code, self.ready = error.public, error.code, True
            return
        options = self._options
        both = (*options.my_models, *options.base_models)
        self.models = [Option(m.choice, name(m), not m.available) for m in both]
        self.styles = [Option("", t("No style")), *(Option(s.key, s.name) for s in options.styles)]
        self._request_key = new_id()
        query = self.router.url.query_parameters
        wanted, source = str(query.get("model", "")), str(query.get("from", ""))
        choice = f"lora:{wanted}" if is_id(wanted) else ""
        if choice not in {m.value for m in self.models}:
            choice = (
                self.model
                if self.model in {m.value for m in self.models}
                else next((m.choice for m in both if m.available and not m.locked), "")
            )
        self._choose(choice, keep=choice == self.model)
        if is_id(source) and (said := await remix(self, source, str(query.get("keep", "all")))):
            yield said
        await self._quote()
        await self._read()
        self.problem, self.code, self.ready = "", "", True
        live.subscribe(self, "generation", Generate.refresh)
        live.subscribe(self, "credits", Generate.refresh_price)
        live.subscribe(self, "quota", Generate.refresh_price)
        if is_id(begin := str(query.get("input", ""))) and (said := await begin_with(self, begin)):
            yield said
        if token := str(query.get("preset", "")):
            yield await shared(self, token)

    def _chosen(self) -> ModelChoiceView | None:
        if self._options is None:
            return None
        both = (*self._options.my_models, *self._options.base_models)
        return next((m for m in both if m.choice == self.model), None)

    def _choose(self, choice: str, *, keep: bool = False) -> None:
        self.model = choice
        found = self._chosen()
        if found is None:
            return
        can = found.capabilities
        self.controls = controls(found, self._troubles)
        reshape(self, self.aspect, self.width, self.height)
        if not keep:
            self.steps = can.steps[2] if can.steps else 0
            self.guidance = can.guidance[2] if can.guidance else 0
            self.lora_scale = (found.default_scale or can.lora_scale[2]) if can.lora_scale else 1

    @rx.event
    @allow("user")
    async def remix(self, image_id: str, keep: str) -> Steps:
        """A picture's recipe, or a part of it, into the form."""
        if is_id(image_id) and (said := await remix(self, image_id, keep)):
            yield said
        await self._quote()

    @rx.var(cache=False)
    def dirty(self) -> bool:
        """Whether the form differs from the preset that was put into it."""
        return self._kept is not None and self._kept != fields(self)

    # --- fields ------------------------------------------------------------------------------------------------------

    @rx.event
    @allow("user")
    async def set_prompt(self, value: str) -> None:
        """The prompt as typed, and what it could become; what is too long is said and kept."""
        self.prompt = value
        long = len(value) > PROMPT_LENGTH
        self.errors = (
            {
                "prompt": t(
                    "This is {n} characters long; {m} are the most.", n=number(len(value)), m=number(PROMPT_LENGTH)
                )
            }
            if long
            else {}
        )
        if long:
            return
        await self._count_wild()
        query = SuggestQuery.of(typed=value, trigger_word=self.controls.trigger_word, subject=self.controls.subject)
        found = await call(services().prompts.suggest, current().account_id, query)
        self.suggested = Suggested(value, found)

    async def _count_wild(self) -> None:
        """What the prompt's wildcards stand for; the price follows where they decide how many pictures there are."""
        before = self._pictures()
        try:
            self.wild = wild(self.prompt)
        except Invalid as error:
            self.wild, self.errors = Wild(), {**self.errors, "prompt": error.public}
        if self._pictures() != before:
            await self._quote()

    def _pictures(self) -> int:
        """How many a start would make."""
        each = self.wildcards == "each" and 1 < self.wild.count <= MOST_COMBINATIONS
        return self.wild.count if each else self.count

    @rx.event
    @allow("user")
    async def set_wildcards(self, value: str) -> None:
        """One of the combinations per picture, at random, or each of them once."""
        self.wildcards = "each" if value == "each" else "random"
        await self._quote()

    @rx.event
    @allow("user")
    def set_negative(self, value: str) -> None:
        """What should not be in the picture."""
        self.negative = value

    @rx.event
    @allow("user")
    async def set_model(self, value: str) -> None:
        """Another model, with its own usual settings."""
        self._choose(value)
        await self._quote()

    @rx.event
    @allow("user")
    def set_style(self, value: str) -> None:
        """A look laid over the prompt."""
        self.style = value

    @rx.event
    @allow("user")
    async def set_aspect(self, value: str) -> None:
        """The picture's shape, which some models are priced by."""
        if value == CUSTOM and self.aspect != CUSTOM:
            self.width, self.height = near(self.aspect, self.controls.sides)
        self.aspect = value[:10]
        await self._quote()

    @rx.event
    @allow("user")
    async def set_side(self, side: str, value: int) -> None:
        """The `width` or the `height` of a size of one's own, in pixels. The other is the server's: a page that waits
        for an answer still has the one before."""
        self.width, self.height = (value, self.height) if side == "width" else (self.width, value)
        await self._quote()

    @rx.event
    @allow("user")
    async def swap_sides(self) -> None:
        """Upright what lay, and the other way round."""
        self.width, self.height = self.height, self.width
        await self._quote()

    @rx.event
    @allow("user")
    async def set_count(self, value: int) -> None:
        """How many pictures."""
        self.count = min(COUNT[1], max(COUNT[0], value))
        await self._quote()

    @rx.event
    @allow("user")
    def set_seed(self, value: str) -> None:
        """The seed; empty draws one."""
        self.seed = value.strip()[:12]
        self.errors = {k: v for k, v in self.errors.items() if k != "seed"}

    @rx.event
    @allow("user")
    def roll(self) -> Step:
        """Another seed, and that one."""
        return Generate.set_seed(str(secrets.randbelow(LARGEST_SEED + 1)))

    @rx.event
    @allow("user")
    def lock(self) -> Step:
        """Holds the seed of the last batch; a seed that is held is let go."""
        if self.seed:
            return Generate.set_seed("")
        return Generate.set_seed(self._last_seed) if self._last_seed else Generate.roll

    @rx.event
    @allow("user")
    def set_steps(self, value: int) -> None:
        """Steps of the model."""
        self.steps = value

    @rx.event
    @allow("user")
    def set_guidance(self, value: float) -> None:
        """How literally the prompt is taken."""
        self.guidance = value

    @rx.event
    @allow("user")
    def set_lora_scale(self, value: float) -> None:
        """How strongly the trained subject shows."""
        self.lora_scale = value

    @rx.event
    @allow("user")
    def set_strength(self, value: float) -> None:
        """How much of the picture to begin with is drawn anew."""
        self.strength = value

    @rx.event
    @allow("user")
    async def drop_input(self) -> None:
        """Begins with nothing again."""
        self.input = InputShown()
        await self._quote()

    @rx.event
    @allow("user")
    async def begin_with(self, image_id: str) -> Steps:
        """A picture of one's own to begin with; a model that can do so is chosen where the present one can't."""
        if is_id(image_id) and (said := await begin_with(self, image_id)):
            yield said
        await self._quote()

    # --- price and start ---------------------------------------------------------------------------------------------

    async def _quote(self) -> None:
        await quote(self)

    @rx.event
    @allow("user")
    async def refresh_price(self) -> None:
        """The balance changed."""
        await self._quote()

    def _command(self) -> StartGeneration:
        begin = {"input_image_id": self.input.id, "strength": self.strength} if self._begins() else {}
        return StartGeneration.of(request_key=self._request_key or new_id(), **asked(self) | begin)

    def _begins(self) -> bool:
        return self.controls.image_input and self.input.id != ""

    @rx.event
    @allow("user")
    async def start(self, form_data: dict[str, object]) -> Steps:
        """Sets the credits aside and hands the batch to the worker. A second click of a form is the same batch."""
        if self.starting:
            return
        self.starting, self.errors = True, {}
        yield None
        with live.own_change(self) as reading_for:
            try:
                self.started = await call(services().generation.start, current().account_id, self._command())
                self._request_key = new_id()
            except Invalid as error:
                self.errors = {error.field or "start": error.public}
            except Rejected as error:
                yield toast.error(error)
            except PhotogenError as error:
                self.errors = {"start": f"{error.public} ({error.code})"}
            self.starting = False
            reading_for(Generate.refresh, Generate.refresh_price)
            await self._quote()
            await self._read()

    # --- batches -----------------------------------------------------------------------------------------------------

    async def _read(self) -> None:
        views = await call(services().generation.recent, current().account_id, SHOWN)
        self.batches = [batch(view) for view in views]
        self._last_seed = str(views[0].seed) if views else ""
        self._troubles = await call(services().vendors.troubles)
        if (found := self._chosen()) is not None:
            self.controls = dataclasses.replace(self.controls, trouble=trouble(found, self._troubles))

    @rx.event
    @allow("user")
    async def refresh(self) -> None:
        """A shot changed: reads the batches again."""
        await self._read()

    @rx.event
    @allow("user")
    async def cancel(self, generation_id: str) -> Steps:
        """Ends what has not been drawn yet; its credits come back."""
        try:
            await call(services().generation.cancel, current().account_id, generation_id)
        except PhotogenError as error:
            yield toast.error(error)
        await self._read()

    @rx.event
    @allow("user")
    async def cut(self, generation_id: str) -> Steps:
        """Ends what still stands in line; what is being drawn goes on."""
        try:
            await call(partial(services().generation.cancel, begun=False), current().account_id, generation_id)
        except PhotogenError as error:
            yield toast.error(error)
        await self._read()

    @rx.event
    @allow("user")
    async def retry(self, generation_id: str) -> Steps:
        """Asks again for what failed."""
        try:
            await call(services().generation.retry, current().account_id, generation_id)
        except PhotogenError as error:
            yield toast.error(error)
        await self._read()
