// What pages gain with script; every page works without it.
"use strict";
