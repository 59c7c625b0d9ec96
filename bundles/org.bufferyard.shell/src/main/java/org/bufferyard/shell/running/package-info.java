/** The yard that stays: who may give it commands, from where, and what it runs. */
package org.bufferyard.shell.running;
