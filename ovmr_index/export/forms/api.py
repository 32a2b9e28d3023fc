"""The forms of other programs in `index.exports`; what opens images is imported where it is used.

A form has its options in a dataclass, what writes it in a module, and a method in one of the two
classes: of boxes, or of samples.
"""

from ovmr_index.export.forms.box_exports import BoxExports
from ovmr_index.export.forms.sample_exports import SampleExports


class FormExports(BoxExports, SampleExports):
    """Files in the forms of other programs: the part of `index.exports` that is no recipe's."""
