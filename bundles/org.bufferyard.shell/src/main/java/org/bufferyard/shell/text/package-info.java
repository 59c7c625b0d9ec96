/** Reports for people: aligned, readable without colour. */
package org.bufferyard.shell.text;
