// Redirects to other hosts and paths, and with or without a slash at the end: all of them in one
// answer, so that nobody is sent from one address to the next.
function handler(event, parameters) {
  return redirect(event, parameters, own(parameters.paths, event.request.uri));
}
