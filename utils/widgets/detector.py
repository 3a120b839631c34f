"""The two thresholds of a detector as sliders over a photograph."""

import base64
import io
import json

import numpy as np

from utils.widgets import base

WIDEST = 560  # pixels of the photograph in the browser
MOST = 200  # boxes that are drawn


class ShowDetections(base.Widget):
    """The photograph. `kept` are the detections of the last answer, as `find` gives them."""

    _esm = base.code("detector")
    still = "A detector's two thresholds as sliders: run the cells down to this one to move them."

    def __init__(self, photograph, find, names):
        from PIL import Image

        photograph = np.asarray(photograph)
        if photograph.dtype != np.uint8 or photograph.ndim != 3 or photograph.shape[2] != 3:
            raise ValueError(
                "show_detections takes a photograph (height, width, 3) uint8; "
                f"got {photograph.dtype} of shape {photograph.shape}."
            )
        if not callable(find):
            raise ValueError("show_detections takes a function of the least score and the overlap.")
        self.find, self.names = find, list(names)
        self.kept = self.found(0.3, 0.5)
        picture, file = Image.fromarray(photograph), io.BytesIO()
        picture.thumbnail((WIDEST, WIDEST))
        picture.save(file, format="jpeg", quality=88)
        height, width = photograph.shape[:2]
        data = base64.b64encode(file.getvalue()).decode("ascii")
        super().__init__(facts=json.dumps({"height": height, "width": width, "data": data}))

    def found(self, least, most):
        kept = list(self.find(least, most))
        if any(len(one) != 3 or np.shape(one[2]) != (4,) for one in kept):
            raise ValueError("show_detections needs detections (class, score, box), boxes x y x y.")
        return kept

    def reply(self, question):
        least, most = float(question["least"]), float(question["most"])
        if not (0 <= least <= 1 and 0 <= most <= 1):
            raise ValueError("the thresholds lie between 0 and 1.")
        self.kept = self.found(least, most)
        above = len(self.found(least, 1))  # an overlap of 1 suppresses nothing
        found = [
            {"name": self.names[k], "score": float(score), "box": np.asarray(box).tolist()}
            for k, score, box in self.kept[:MOST]
        ]
        return {"found": found, "above": above, "count": len(self.kept)}


def show_detections(photograph, find, names):
    """Return a photograph with two sliders for a detector's thresholds, for the end of a cell.

    photograph: (height, width, 3) uint8. find: a function of the least score and the largest
    overlap, 0 to 1 both, that returns [(class, score, box x y x y in pixels), ...], best first.
    names: of the classes. Raises ValueError for anything else.
    """
    return ShowDetections(photograph, find, names)
