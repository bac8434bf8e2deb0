"""What the photo list says, for the islands that draw it."""

from photogen.domain.photosets.verdict import MAX_BYTES, MAX_PHOTOS
from photogen.web.text import t


def photo_words() -> dict[str, str]:
    """Sentences by the names that the islands know; `{name}`, `{n}` and the like are filled in by them."""
    return _uploading() | _coaching() | _editing() | _captioning()


def _uploading() -> dict[str, str]:
    megabytes = MAX_BYTES // 1_000_000
    return {
        "add": t("Add photos"),
        "list": t("Photos"),
        "title": t("Drop photos here, or pick them"),
        "more": t("Drop or add more photos"),
        "letGo": t("Let go to add them"),
        "help": t(
            "JPEG, PNG, WebP or HEIC, up to {n} MB each, {most} photos at most.",
            most=MAX_PHOTOS,
            n=megabytes,
        ),
        "readyOne": t("1 photo ready"),
        "readyMany": t("{n} photos ready"),
        "busyOne": t("1 on its way"),
        "busyMany": t("{n} on their way"),
        "refusedOne": t("1 could not be used"),
        "refusedMany": t("{n} could not be used"),
        "failedOne": t("1 did not arrive"),
        "failedMany": t("{n} did not arrive"),
        "waiting": t("Waiting"),
        "checking": t("Checking"),
        "uploading": t("Uploading {name}"),
        "ready": t("Ready"),
        "remove": t("Remove"),
        "removeOne": t("Remove {name}"),
        "removed": t("{name} removed"),
        "cancel": t("Cancel"),
        "cancelOne": t("Cancel {name}"),
        "close": t("Close"),
        "undo": t("Undo"),
        "retry": t("Try again"),
        "retryOne": t("Try {name} again"),
        "retryAll": t("Try all again"),
        "earlier": t("Move earlier"),
        "earlierOne": t("Move {name} earlier"),
        "movedEarlier": t("{name} moved earlier"),
        "later": t("Move later"),
        "laterOne": t("Move {name} later"),
        "movedLater": t("{name} moved later"),
        "tooBig": t("This file is {mb} MB; up to {n} MB can be used. Export it smaller.", mb="{mb}", n=megabytes),
        "interrupted": t("The connection was lost. Try again."),
        "offline": t("You are offline. Uploads go on when the connection is back."),
        "unreachable": t("photogen can't be reached. Check your connection, then try again."),
        "broken": t("Something went wrong on our side. Try again in a minute."),
    }


def _coaching() -> dict[str, str]:
    return {
        "score": t("Readiness"),
        "scoreOf": t("{n} of 100: {word}"),
        "Good": t("Good"),
        "Thin": t("Thin"),
        "Not ready": t("Not ready"),
        "Ready": t("Ready"),
        "points": t("points"),
        "reasons": t("Why"),
        "allReasons": t("Show all {n} reasons"),
        "fewer": t("Show fewer"),
        "showOne": t("Show 1 photo"),
        "showMany": t("Show {n} photos"),
        "hideOne": t("Show all"),
        "hideMany": t("Show all"),
        "usedOne": t("1 photo will be trained on."),
        "usedMany": t("{n} photos will be trained on."),
        "applyAll": t("Apply all suggestions"),
        "appliedOne": t("1 photo changed"),
        "appliedMany": t("{n} photos changed"),
        "anyway": t("Continue anyway"),
        "remarks": t("Remarks on {name}"),
        "drop": t("Drop"),
        "dropOne": t("Drop {name}"),
        "dropped": t("Dropped: it is kept here, and not trained on."),
        "droppedOne": t("{name} dropped"),
        "keep": t("Keep anyway"),
        "keepOne": t("Keep {name} anyway"),
        "kept": t("Kept as it is."),
        "keptOne": t("{name} kept as it is"),
        "check": t("Check it again"),
        "checkOne": t("Check {name} again"),
        "restore": t("Put back"),
        "restoreOne": t("Put {name} back"),
        "crop": t("Crop"),
        "cropOne": t("Crop {name}"),
        "cropped": t("{name} cropped as suggested"),
        "rotate": t("Rotate"),
        "rotateOne": t("Rotate {name}"),
        "rotated": t("{name} rotated"),
        "pairs": t("Almost the same"),
        "pairsHelp": t("Near-duplicates teach the model nothing new, and weigh what they show too heavily."),
        "pair": t("{other} and {name}"),
        "sharper": t("Sharper"),
        "softer": t("Almost the same"),
        "keepSharper": t("Keep the sharper one"),
        "keepBoth": t("Keep both"),
    }


def _editing() -> dict[str, str]:
    return {
        "edit": t("Crop and rotate"),
        "editOne": t("Crop and rotate {name}"),
        "edited": t("{name} changed"),
        "lost": t("This photo could not be loaded. Close this and try again."),
        "aspect": t("Shape"),
        "free": t("Any shape"),
        "turnLeft": t("Turn left"),
        "turnRight": t("Turn right"),
        "left": t("Left edge, %"),
        "top": t("Top edge, %"),
        "width": t("Width, %"),
        "height": t("Height, %"),
        "preview": t("Preview"),
        "pixels": t("{w} × {h} pixels"),  # noqa: RUF001
        "cropSmall": t("This crop is too small: {n} pixels on the short side are needed."),
        "suggested": t("Use the suggested crop"),
        "reset": t("Reset"),
        "save": t("Save"),
        "cropArea": t("Move the crop with the arrow keys"),
        "handleNW": t("Move the upper left corner with the arrow keys"),
        "handleN": t("Move the upper edge with the arrow keys"),
        "handleNE": t("Move the upper right corner with the arrow keys"),
        "handleE": t("Move the right edge with the arrow keys"),
        "handleSE": t("Move the lower right corner with the arrow keys"),
        "handleS": t("Move the lower edge with the arrow keys"),
        "handleSW": t("Move the lower left corner with the arrow keys"),
        "handleW": t("Move the left edge with the arrow keys"),
    }


def _captioning() -> dict[str, str]:
    return {
        "captions": t("Captions"),
        "automatic": t("written by the trainer"),
        "writtenOne": t("1 of {m} written by you"),
        "writtenMany": t("{n} of {m} written by you"),
        "missingOne": t("1 without the trigger word"),
        "missingMany": t("{n} without the trigger word"),
        "captionsHelp": t(
            "A caption says what else is in a photo, so that it isn't learnt as part of the subject. The trainer "
            "writes one for each photo that you leave empty; what you write yourself is used as it stands."
        ),
        "captionOf": t("Caption of {name}"),
        "captionEmpty": t("Left to the trainer"),
        "searchCaptions": t("Search captions"),
        "onlyProblems": t("Only problems"),
        "noProblems": t("No caption has a problem."),
        "noCaptions": t("No caption matches. Try other words."),
        "insert": t("Put in “{word}”"),
        "insertOne": t("Put “{word}” into the caption of {name}"),
        "insertAll": t("Put “{word}” into all"),
        "inserted": t("Trigger word put in"),
        "saving": t("Saving"),
        "saved": t("Saved"),
        "notSaved": t("Not saved"),
    }
