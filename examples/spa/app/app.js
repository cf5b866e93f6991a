// The page of a path, such as /orders/7. Links change the path without loading the page again.
async function show(path) {
  const order = document.querySelector('#order');
  const id = /^\/(?:preview\/)?orders\/(\w+)$/.exec(path)?.[1];
  if (!id) return;
  const answer = await fetch(`/api/orders/${id}`);
  const {item, message} = await answer.json();
  order.textContent = answer.ok ? `Order ${id}: ${item}` : message;
}

document.addEventListener('click', (event) => {
  const link = event.target.closest('a[href^="/"]');
  if (!link) return;
  event.preventDefault();
  history.pushState(null, '', link.getAttribute('href'));
  show(location.pathname);
});
window.addEventListener('popstate', () => show(location.pathname));
show(location.pathname);
