/** Reports for scripts: the keys are a promise. */
package org.bufferyard.shell.json;
