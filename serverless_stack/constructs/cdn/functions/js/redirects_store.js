// Redirects of a table that is too long for a function: its whole paths are in a key value store.
import cf from 'cloudfront';

async function handler(event, parameters) {
  var entry = own(parameters.paths, event.request.uri);
  if (!entry) {
    try {
      entry = JSON.parse(await cf.kvs().get(event.request.uri));
    } catch (error) {
      entry = undefined;
    }
  }
  return redirect(event, parameters, entry);
}
