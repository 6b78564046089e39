"""Which Asterisk modules a switch loads: an explicit list, so that nothing unknown listens."""

from __future__ import annotations

_BASE = (
    "res_timing_timerfd",
    "res_sorcery_config",
    "res_sorcery_memory",
    "res_sorcery_astdb",
    "res_crypto",
    "res_statsd",
    "res_security_log",
    "pbx_config",
    # Whether sound comes back in a test call.
    "func_talkdetect",
    "func_callerid",
    "func_channel",
    "func_hangupcause",
    "func_logic",
    "func_strings",
    "func_timeout",
    "res_musiconhold",
)

_MEDIA = (
    "res_rtp_asterisk",
    "res_srtp",
    "codec_alaw",
    "codec_ulaw",
    "codec_a_mu",
    "codec_g722",
    "codec_opus_open_source",
    "codec_resample",
    "res_format_attr_opus",
    "format_pcm",
    "format_sln",
    "format_wav",
    # Not bridge_native_rtp: it passes packets on with the other party's sequence numbers, which
    # jump backwards when a customer is moved to another agent, and receivers may drop everything.
    "bridge_simple",
    "bridge_softmix",
    "bridge_holding",
)

_SIP = (
    "res_http_websocket",
    "res_websocket_client",
    "res_pjproject",
    "res_pjsip",
    "res_pjsip_session",
    "res_pjsip_acl",
    "res_pjsip_authenticator_digest",
    "res_pjsip_caller_id",
    "res_pjsip_dlg_options",
    "res_pjsip_dtmf_info",
    "res_pjsip_empty_info",
    "res_pjsip_endpoint_identifier_ip",
    "res_pjsip_endpoint_identifier_user",
    "res_pjsip_header_funcs",
    "res_pjsip_nat",
    "res_pjsip_outbound_authenticator_digest",
    "res_pjsip_outbound_registration",
    "res_pjsip_path",
    "res_pjsip_pubsub",
    "res_pjsip_registrar",
    "res_pjsip_rfc3326",
    "res_pjsip_sdp_rtp",
    "res_pjsip_transport_websocket",
    "chan_pjsip",
    # Carries what is played into a bridge.
    "chan_bridge_media",
)

_CONTROL = (
    "res_stasis",
    "res_stasis_answer",
    "res_stasis_playback",
    "res_stasis_recording",
    "res_stasis_snoop",
    "res_ari",
    "res_ari_model",
    "res_ari_applications",
    "res_ari_asterisk",
    "res_ari_bridges",
    "res_ari_channels",
    "res_ari_endpoints",
    "res_ari_events",
    "res_ari_playbacks",
    "res_ari_recordings",
    "app_stasis",
    "app_mixmonitor",
    # The phones' echo test.
    "app_echo",
)

_RECORDS = (
    "res_cdrel_custom",
    "cdr_custom",
    "cel_custom",
)

_PARTIES = (
    "app_dial",
    "app_playback",
    "app_playtones",
    "app_senddtmf",
    "app_queue",
    "app_milliwatt",
    "app_waitforsilence",
    "app_read",
)
"""Applications for simulated parties and for plain-Asterisk comparisons."""

MAIN = _BASE + _MEDIA + _SIP + _CONTROL + _RECORDS
CARRIER = MAIN + _PARTIES


def document(modules: tuple[str, ...]) -> str:
    """Return `modules.conf` loading exactly `modules`."""
    lines = ["[modules]", "autoload=no", *(f"load={name}.so" for name in modules)]
    return "\n".join(lines) + "\n"
