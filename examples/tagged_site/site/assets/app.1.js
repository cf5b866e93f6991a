document.title += " 1";
