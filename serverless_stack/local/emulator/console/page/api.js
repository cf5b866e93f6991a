// Requests to the local cloud. The token is in a header, because a cookie would go to every port.

const KEY = "serverless-stack-token";
let token = localStorage.getItem(KEY) ?? "";

export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function request(method, path, body) {
  let answer;
  try {
    answer = await fetch(path, {
      method,
      headers: { Authorization: `Bearer ${token}` },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new ApiError(0, "The local cloud does not answer. Start it with: serverless-stack local up");
  }
  if (answer.ok) return answer;
  const details = await answer.json().catch(() => ({}));
  throw new ApiError(answer.status, details.message ?? `The local cloud answered ${answer.status}.`);
}

const address = (path, values) => {
  const query = new URLSearchParams(values);
  return values === undefined ? path : `${path}?${query}`;
};

export const get = async (path, values) => (await request("GET", address(path, values))).json();

export const post = async (path, body) => (await request("POST", path, body)).json();

export const file = async (path, values) => (await request("GET", address(path, values))).blob();

/** Use the code of the link if there is one, and return whether this page may read the cloud. */
export async function authenticate() {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  if (code) history.replaceState(null, "", location.pathname);
  try {
    if (token) {
      await get("/api/exchanges");
      return;  // also with the link of before: it is in the terminal to be clicked again
    }
  } catch (error) {
    if (error.status !== 401) throw error;
  }
  if (!code) {
    throw new ApiError(401, "Open the link that this command prints: serverless-stack local console");
  }
  token = "";
  ({ token } = await post("/api/session", { code }));
  localStorage.setItem(KEY, token);
}

/** Follow what happens, for ever: a lost connection is made again. */
export async function follow(receive, connected) {
  for (let wait = 500; ; wait = Math.min(wait * 2, 8000)) {
    try {
      const answer = await request("GET", "/api/events");
      connected(true);
      wait = 500;
      await read(answer.body, receive);
    } catch (error) {
      if (error.status === 401) {
        connected(false, error.message);
        return;
      }
    }
    connected(false);
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

/** Read server-sent events: lines of "data: " and empty lines. */
async function read(stream, receive) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const parts = (rest + value).split("\n\n");
    rest = parts.pop();
    const messages = parts.filter((part) => part.startsWith("data: "))
      .map((part) => JSON.parse(part.slice(6)));
    if (messages.length) receive(messages);
  }
}
