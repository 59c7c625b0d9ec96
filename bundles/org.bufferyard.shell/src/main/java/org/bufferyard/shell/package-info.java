/** The command line and the interactive shell: the same commands. */
package org.bufferyard.shell;
