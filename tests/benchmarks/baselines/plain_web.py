"""The webhook end of the plain script: verify, drop repeats, put a task on the queue.

Repeats are told by a key in Redis, so that what the script makes twice is never the load generator's doing.
"""

import base64
import hashlib
import hmac
import json
import os

import redis
from fastapi import FastAPI, HTTPException, Request

from tests.benchmarks.baselines.plain_celery import invoice

app = FastAPI()
_seen = redis.Redis.from_url(os.environ["PLAIN_BROKER"])
_SECRET = os.environ["PLAIN_SECRET"].encode()


@app.post("/webhooks/{shop}")
async def webhook(shop: str, request: Request) -> dict[str, bool]:
    body = await request.body()
    signature = base64.b64encode(hmac.new(_SECRET, body, hashlib.sha256).digest()).decode()
    if not hmac.compare_digest(signature, request.headers.get("x-wc-webhook-signature", "")):
        raise HTTPException(401)
    order = json.loads(body)
    reference = f"{shop}/{order['id']}"
    if _seen.set(f"seen:{reference}", 1, nx=True):
        invoice.delay(reference, order)
    return {"ok": True}
