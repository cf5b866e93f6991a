// A CloudFront Function of your own: search engines leave the preview out.
function handler(event) {
  event.response.headers['x-robots-tag'] = {value: 'noindex'};
  return event.response;
}
