"""What can go wrong with a room, named for what the caller does next."""


class VideoError(Exception):
    """Any failure of a video provider.

    NotConfigured   tell the operator which setting cannot work
    BadToken        answer 401, touch nothing
    """


class NotConfigured(VideoError):
    """The set-up cannot make a room; the message is a sentence for the operator."""


class BadToken(VideoError):
    """A token or a signature is missing, wrong or stale."""
