"""Runs a baseline as the product is run: one process of uvicorn, no access log."""

import sys

import uvicorn
from fastapi import FastAPI


def serve(app: FastAPI) -> None:
    """Listen on the port that the command line names, on this machine."""
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error", access_log=False)
