// Run CloudFront Functions on events: a list of {code, event, store} on stdin, the results on stdout.
const vm = require('vm');
const MODULES = {crypto: require('crypto'), querystring: require('querystring')};

async function run({code, event, store}) {
  const cloudfront = {
    kvs: () => ({
      get: async (key) => {
        if (!(key in (store || {}))) throw new Error('KeyNotFound');
        return store[key];
      },
      exists: async (key) => key in (store || {}),
    }),
  };
  // The runtime has neither process nor timers, network and modules of Node.
  const sandbox = {Buffer, atob, btoa, console: {log() {}}, __import: (name) => {
    if (name === 'cloudfront') return cloudfront;
    if (!MODULES[name]) throw new Error('no module ' + name);
    return MODULES[name];
  }};
  const source = code.replace(/^import (\w+) from '(\w+)';$/gm, "const $1 = __import('$2');");
  vm.createContext(sandbox);
  new vm.Script("'use strict';" + source + ';this.__handler = handler;').runInContext(sandbox);
  try {
    return await sandbox.__handler(event);
  } catch (error) {
    return {thrown: String(error)};
  }
}

let text = '';
process.stdin.on('data', (part) => { text += part; });
process.stdin.on('end', async () => {
  const results = [];
  for (const item of JSON.parse(text)) results.push(await run(item));
  process.stdout.write(JSON.stringify(results));
});
