"""What the page of a model shows, in words."""

import dataclasses

from photogen.domain.loras.views import Change, ModelStory, PastTraining, VersionView
from photogen.web.text import number, plural, t
from photogen.web.words import duration, iso, megabytes, subject, training

TONES = {"completed": "good", "failed": "bad", "cancelled": "", "queued": ""}
_NAMES = {
    "steps": t("Steps"),
    "learning_rate": t("Learning rate"),
    "lora_rank": t("LoRA rank"),
    "autocaption": t("Captions"),
    "photo_count": t("Photos"),
}


@dataclasses.dataclass(frozen=True)
class ModelShown:
    """A model as its page shows it. `coming` is the training of a further version that is under way."""

    id: str = ""
    name: str = ""
    held: str = ""
    trigger_word: str = ""
    line: str = ""
    version: str = ""
    public: bool = False
    hub_url: str = ""
    several: bool = False
    coming: str = ""
    coming_percent: int = 0
    stats: list[tuple[str, str]] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(frozen=True)
class Shot:
    """A picture made with the model."""

    id: str
    prompt: str
    src: str
    src2x: str
    ratio: str
    blurred: str
    href: str


@dataclasses.dataclass(frozen=True)
class VersionShown:
    """A version."""

    id: str
    title: str
    current: bool
    held: str
    public: bool
    preview: str
    created_at: str
    settings: str
    changes: list[str]
    more: str
    hub_url: str
    training_id: str


@dataclasses.dataclass(frozen=True)
class Past:
    """A training of the model."""

    id: str
    word: str
    tone: str
    remark: str
    created_at: str


def _change(change: Change) -> str:
    if change.name == "photo_set_id":
        return t("Other photos")
    words = {"yes": t("automatic"), "no": t("trigger word only")}
    before, after = (words.get(value, value) for value in (change.before, change.after))
    return t("{name}: {before} before, now {after}", name=_NAMES[change.name], before=before, after=after)


def held(status: str, reason: str) -> str:
    """Why it is held back; "" when it is not."""
    if status != "quarantined":
        return ""
    return reason or t("It is held back while whoever runs this studio checks that it is private.")


def version(view: VersionView) -> VersionShown:
    settings = [
        plural(view.photo_count, "{n} photo", "{n} photos") if view.photo_count else "",
        plural(view.steps, "{n} step", "{n} steps") if view.steps else "",
        t("rate {rate}", rate=f"{view.learning_rate:g}") if view.learning_rate else "",
        t("rank {rank}", rank=view.lora_rank) if view.lora_rank else "",
    ]
    more = [
        plural(view.pictures, "{n} picture", "{n} pictures"),
        t("strength {scale}", scale=f"{view.default_scale:g}"),
        megabytes(view.weights_bytes) if view.weights_bytes else "",
        t("trained in {time}", time=duration(view.seconds)) if view.seconds is not None else "",
    ]
    return VersionShown(
        id=view.id,
        title=t("Version {n}", n=view.number),
        current=view.is_current,
        held=held(view.status, view.status_reason),
        public=view.visibility == "public",
        preview=view.preview_url,
        created_at=iso(view.created_at),
        settings=" · ".join(part for part in settings if part),
        changes=[_change(change) for change in view.changes],
        more=" · ".join(part for part in more if part),
        hub_url=view.hub_url,
        training_id=view.training_id or "",
    )


def past(view: PastTraining) -> Past:
    parts = [
        t("made version {n}", n=view.version) if view.version else "",
        view.error if view.status == "failed" else "",
        t("{n} % done", n=view.percent) if view.seconds is None else duration(view.seconds),
        plural(view.steps, "{n} step", "{n} steps"),
        (plural(view.credits, "{n} credit", "{n} credits") if view.credits else t("included"))
        if view.status == "completed"
        else "",
    ]
    return Past(
        id=view.id,
        word=training(view.status),
        tone=TONES.get(view.status, "accent"),
        remark=" · ".join(part for part in parts if part),
        created_at=iso(view.created_at),
    )


def shots(story: ModelStory) -> list[Shot]:
    return [
        Shot(
            id=p.id,
            prompt=p.prompt,
            src=f"/media/images/{p.id}/512",
            src2x=f"/media/images/{p.id}/1024",
            ratio=f"{p.width}/{p.height}",
            blurred=p.thumbhash,
            href=f"/gallery?image={p.id}",
        )
        for p in story.pictures
    ]


def shown(story: ModelStory) -> ModelShown:
    model = story.model
    spent = story.training_credits + story.picture_credits
    stats = [
        (t("Pictures made"), number(story.drawn)),
        (t("Came out"), f"{story.success:.0%}" if story.success is not None else t("none yet")),
        (t("A picture takes"), duration(story.mean_seconds) or t("not known yet")),
        (t("Usual strength"), f"{model.default_scale:g}"),
        (
            t("Training cost"),
            plural(story.training_credits, "{n} credit", "{n} credits") if story.training_credits else t("Included"),
        ),
        (t("Spent in all"), plural(spent, "{n} credit", "{n} credits")),
    ]
    return ModelShown(
        id=model.id,
        name=model.name,
        held=held(model.status, model.status_reason),
        trigger_word=model.trigger_word,
        line=" · ".join((subject(model.subject), model.base_model)),
        version=t("Version {n}", n=model.version_number),
        public=model.visibility == "public",
        hub_url=model.hub_url,
        several=len(story.versions) > 1,
        coming=story.coming.id if story.coming else "",
        coming_percent=story.coming.percent if story.coming else 0,
        stats=stats,
    )
