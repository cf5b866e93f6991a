// Runs CloudFront Functions: a request as a line of JSON on stdin, the answer as one on stdout.
//
// "JavaScript runtime 2.0 features for CloudFront Functions": three modules of Node, a module of
// CloudFront, no evaluation of code, no timers, no network.
const bufferModule = require("buffer");
const crypto = require("crypto");
const querystring = require("querystring");
const readline = require("readline");
const util = require("util");
const vm = require("vm");

const write = process.stdout.write.bind(process.stdout);
// What a function prints must not mix with the answers.
process.stdout.write = process.stderr.write.bind(process.stderr);

const ALGORITHMS = ["md5", "sha1", "sha256"];
const ENCODINGS = [undefined, "hex", "base64", "base64url"];
const FORMATS = ["string", "json", "bytes"];
const IMPORT = /^\s*import\s+(?:\*\s*as\s+(\w+)|\{([^}]*)\}|(\w+))\s+from\s+['"]([^'"]+)['"]\s*;?/gm;

let call = {}; // the request that is served; a worker serves one at a time
const compiled = new Map();

function known(algorithm) {
  if (!ALGORITHMS.includes(algorithm)) {
    throw new TypeError(`not supported algorithm: "${algorithm}"`);
  }
  return algorithm;
}

function digester(hash) {
  return {
    update(data) {
      hash.update(data);
      return this;
    },
    digest(encoding) {
      if (!ENCODINGS.includes(encoding)) {
        throw new TypeError(`Unknown digest encoding: "${encoding}"`);
      }
      return hash.digest(encoding);
    },
  };
}

const cryptoModule = {
  createHash: (algorithm) => digester(crypto.createHash(known(algorithm))),
  createHmac: (algorithm, key) => digester(crypto.createHmac(known(algorithm), key)),
};

function store(id) {
  const found = call.store;
  if (!found) {
    throw new Error("InvalidKvsConfiguration: no key value store is associated with the function");
  }
  if (id !== undefined && id !== found.id) {
    throw new Error(`InvalidKvsConfiguration: the associated key value store is not ${id}`);
  }
  return found;
}

// A handle that outlives a call, such as a constant of the function, reads what there is now.
function kvs(id) {
  store(id);
  const has = (key) => Object.prototype.hasOwnProperty.call(store(id).items, key);
  const count = () => Object.keys(store(id).items).length;
  return {
    async get(key, options) {
      const format = (options && options.format) || "string";
      if (!FORMATS.includes(format)) {
        throw new Error(`InvalidArgument: unknown format ${format}`);
      }
      if (!has(key)) {
        throw new Error("KeyNotFound: the key value store has no such key");
      }
      const value = store(id).items[key];
      if (format === "json") {
        return JSON.parse(value);
      }
      return format === "bytes" ? bufferModule.Buffer.from(value) : value;
    },
    exists: async (key) => has(key),
    count: async () => count(),
    meta: async () => ({
      creationDateTime: store(id).created,
      lastUpdatedDateTime: store(id).updated,
      keyCount: count(),
    }),
  };
}

function changeOrigin(kind, parameters) {
  if (call.event.context.eventType !== "viewer-request") {
    throw new Error("InvalidEvent: origins can be changed at the viewer request only");
  }
  const { update, ...chosen } = call.origin || {};
  const merged = kind === "update" ? { ...chosen, update: { ...update, ...parameters } } : { [kind]: parameters };
  call.origin = merged;
}

const cloudfrontModule = {
  kvs,
  updateRequestOrigin: (parameters) => changeOrigin("update", parameters),
  selectRequestOriginById: (originId, options) => changeOrigin("select", { ...options, originId }),
  createRequestOriginGroup: (parameters) => changeOrigin("group", parameters),
  edgeLocation: { name: "LOC50", region: "us-east-1", serverIp: "127.0.0.1" },
};

const MODULES = {
  crypto: cryptoModule,
  querystring,
  buffer: bufferModule,
  cloudfront: { ...cloudfrontModule, default: cloudfrontModule },
};

function requireModule(name) {
  if (!Object.prototype.hasOwnProperty.call(MODULES, name)) {
    throw new Error(`Cannot find module "${name}"`);
  }
  return MODULES[name];
}

// A statement on the same line, so that the lines of errors stay right.
function imported(_statement, all, names, only, source) {
  const target = `require(${JSON.stringify(source)})`;
  if (names === undefined) {
    return `const ${all || only} = ${target};`;
  }
  return `const { ${names.replace(/\s+as\s+/g, ": ")} } = ${target};`;
}

function compile(code) {
  if (!compiled.has(code)) {
    const { Buffer } = bufferModule;
    const log = (...values) => process.stderr.write(`${util.format(...values)}\n`);
    const context = vm.createContext(
      { require: requireModule, console: { log }, Buffer, TextEncoder, TextDecoder, atob, btoa },
      { codeGeneration: { strings: false, wasm: false } },
    );
    const source = code.replace(IMPORT, imported);
    const last = '\n;typeof handler === "function" ? handler : undefined';
    compiled.set(code, new vm.Script(source + last, { filename: "function.js" }).runInContext(context));
  }
  return compiled.get(code);
}

async function run(request) {
  call = request;
  const handler = compile(request.code);
  if (handler === undefined) {
    throw new Error("the function has no handler(event)");
  }
  const value = await handler(request.event);
  return { value: value === undefined ? null : value, origin: call.origin || null };
}

readline.createInterface({ input: process.stdin }).on("line", async (line) => {
  let answer;
  try {
    answer = await run(JSON.parse(line));
  } catch (error) {
    answer = { error: String((error && error.stack) || error) };
  }
  write(`${JSON.stringify(answer)}\n`);
});
