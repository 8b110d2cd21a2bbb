/** Runs before the first paint, so that a chosen theme never flashes. A classic script: no imports. */
const theme = localStorage.getItem('executor.theme');
if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
