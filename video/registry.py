"""Every video provider, one line each."""

from video.jitsi import Jitsi
from video.provider import VideoProvider
from video.webrtc import WebRtc

PROVIDERS: dict[str, type[VideoProvider]] = {provider.name: provider for provider in (Jitsi, WebRtc)}
