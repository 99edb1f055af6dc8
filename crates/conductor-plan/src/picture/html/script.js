
(function () {
  'use strict';
  // The page is XML as well, so this has neither ampersands nor less-than signs.
  var page = document.documentElement;
  var filter = document.getElementById('filter');
  var panel = document.getElementById('chosen');
  var cards = all('#tasks article');

  function all(selector) {
    return Array.prototype.slice.call(document.querySelectorAll(selector));
  }

  function itemsOf(mark) {
    return mark.getAttribute('data-i').split(' ').filter(Boolean);
  }

  function clear() {
    all('.chosen').forEach(function (element) { element.classList.remove('chosen'); });
    panel.textContent = '';
  }

  // Marks items in the graph, in the list and in the documents, and shows them beside the documents.
  function choose(items, place) {
    clear();
    items.forEach(function (item) {
      ['n', 'i'].forEach(function (kind) {
        var element = document.getElementById(kind + item);
        if (element) { element.classList.add('chosen'); }
      });
      all('.edge[data-from="' + item + '"], .edge[data-to="' + item + '"]').forEach(function (edge) {
        edge.classList.add('chosen');
      });
      var card = document.getElementById('i' + item);
      if (card) {
        var copy = card.cloneNode(true);
        copy.removeAttribute('id');
        copy.className = '';
        panel.appendChild(copy);
      }
    });
    all('.mark').forEach(function (mark) {
      if (itemsOf(mark).some(function (item) { return items.indexOf(item) >= 0; })) { mark.classList.add('chosen'); }
    });
    if (place) { place.classList.add('chosen'); }
    var wide = window.matchMedia('(min-width: 900px)').matches;
    var node = document.getElementById('n' + items[0]);
    var mark = place || document.querySelector('.mark.chosen');
    if (wide) {
      if (mark) { mark.scrollIntoView({ block: 'center' }); }
      if (place) { if (node) { node.scrollIntoView({ block: 'nearest' }); } }
    } else if (place) {
      place.scrollIntoView({ block: 'center' });
    }
  }

  // What a fragment names: `i3` an item, `s0-120` a place in a document.
  function go(name) {
    var element = document.getElementById(name);
    if (/^i\d+$/.test(name)) { choose([name.slice(1)], null); return true; }
    if (/^s\d+-\d+$/.test(name)) {
      if (element) { choose(itemsOf(element), element); return true; }
    }
    return false;
  }

  function follow(name) {
    if (!go(name)) { return false; }
    try { history.replaceState(null, '', '#' + name); } catch (error) { /* A page from a file may not. */ }
    return true;
  }

  function match() {
    var words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    var found = 0;
    cards.forEach(function (card) {
      var text = card.textContent.toLowerCase();
      var fits = words.every(function (word) { return text.indexOf(word) >= 0; });
      found += fits ? 1 : 0;
      card.hidden = !fits;
      var node = document.getElementById('n' + card.id.slice(1));
      if (node) { node.classList.toggle('faint', !fits ? node.classList.contains('item') : false); }
    });
    document.getElementById('none').hidden = found > 0;
  }

  function step(by) {
    var shown = cards.filter(function (card) { return !card.hidden; });
    var at = shown.findIndex(function (card) { return card.classList.contains('chosen'); });
    var next = shown[at === -1 ? (by > 0 ? 0 : shown.length - 1) : at + by];
    if (next) {
      follow(next.id);
      var node = document.getElementById('n' + next.id.slice(1));
      if (node) { node.scrollIntoView({ block: 'nearest' }); }
    }
  }

  document.addEventListener('click', function (event) {
    var link = event.target.closest('a[href^="#"]');
    var mark = event.target.closest('.mark');
    var name = link ? link.getAttribute('href').slice(1) : mark ? mark.id : '';
    if (name) { if (follow(name)) { event.preventDefault(); } }
  });
  document.addEventListener('keydown', function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey) { return; }
    var typing = event.target === filter;
    if (event.key === 'Escape') { filter.value = ''; match(); clear(); filter.blur(); return; }
    if (typing) { return; }
    if (event.key === '/') { event.preventDefault(); filter.focus(); }
    if (event.key === 'j') { step(1); }
    if (event.key === 'k') { step(-1); }
    if (event.key === 'Enter') {
      var mark = event.target.closest('.mark');
      if (mark) { follow(mark.id); }
    }
  });
  window.addEventListener('hashchange', function () { go(location.hash.slice(1)); });
  filter.addEventListener('input', match);
  page.classList.add('js');
  go(location.hash.slice(1));
}());
