/* Loaded before anything is painted, so that the first paint has the chosen theme and density. */
(function () {
  'use strict';
  var saved = {};
  try {
    saved = JSON.parse(localStorage.getItem('switchyard')) || {};
  } catch (e) {
    /* no storage, or not ours: the system decides */
  }
  if (saved.theme === 'light' || saved.theme === 'dark')
    document.documentElement.dataset.theme = saved.theme;
  if (saved.density === 'compact')
    document.documentElement.dataset.density = saved.density;
}());
