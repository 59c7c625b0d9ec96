/** One class a command. Batch and interactive shell run the same ones. */
package org.bufferyard.shell.command;
