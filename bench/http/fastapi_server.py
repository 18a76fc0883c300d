"""The daily table of a PostgreSQL database as JSON, the way a careful Python service does it.

One worker; uvloop and httptools; a statement is prepared once per connection by asyncpg; PostgreSQL
gathers each column into an array, which asyncpg reads and orjson writes without a loop in Python.
"""

import contextlib
import datetime
import os
import sys

import asyncpg
import fastapi
import orjson
import uvicorn

COLUMNS = ["ts_code", "trade_date", "open", "high", "low", "close", "pre_close", "change",
           "pct_chg", "vol", "amount"]
ARRAYS = ", ".join(f"array_agg({name})" for name in COLUMNS)
ONE_CODE = f"""select {ARRAYS} from (select * from daily where ts_code = $1
  and trade_date between $2 and $3 order by trade_date) as one"""
ONE_DAY = f"select {ARRAYS} from (select * from daily where trade_date = $1 order by ts_code) as one"


@contextlib.asynccontextmanager
async def lifespan(app):
    app.state.pool = await asyncpg.create_pool(os.environ["BENCH_DATABASE"], min_size=2, max_size=2)
    yield
    await app.state.pool.close()


app = fastapi.FastAPI(lifespan=lifespan)


async def answer(sql: str, *values) -> fastapi.Response:
    async with app.state.pool.acquire() as connection:
        arrays = await connection.fetchrow(sql, *values)
    return fastapi.Response(orjson.dumps({"fields": COLUMNS, "columns": tuple(arrays)}),
                            media_type="application/json")


@app.get("/daily/{code}")
async def one_code(code: str, start: datetime.date, end: datetime.date):
    return await answer(ONE_CODE, code, start, end)


@app.get("/daily")
async def one_day(trade_date: datetime.date):
    return await answer(ONE_DAY, trade_date)


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), loop="uvloop", http="httptools",
                access_log=False, log_level="warning")
