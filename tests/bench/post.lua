-- wrk: POST the review named by the environment.
local file = assert(io.open(os.getenv("REVIEW"), "rb"))
wrk.method = "POST"
wrk.path = "/validate?timeout=10s"
wrk.body = file:read("*a")
wrk.headers["Content-Type"] = "application/json"
file:close()
