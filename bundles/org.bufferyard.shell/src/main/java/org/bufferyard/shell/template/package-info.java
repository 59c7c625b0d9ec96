/** Projects that somebody starts from. Their files are resources of this bundle. */
package org.bufferyard.shell.template;
