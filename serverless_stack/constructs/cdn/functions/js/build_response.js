// Remember the build of the first page that a visitor gets.
function handler(event, parameters) {
  var build = event.response.headers[parameters.header];
  if (!build || pinnedBuild(event.request, parameters)) return;
  var until = Math.floor(Date.now() / 1000) + parameters.seconds;
  event.response.cookies = event.response.cookies || {};
  event.response.cookies[parameters.cookie] = {
    value: build.value + '.' + until,
    attributes: 'Path=' + parameters.base + '/; Max-Age=' + parameters.seconds +
      '; Secure; SameSite=Lax',
  };
}
