/** The commands of cases, each carried out through the ordinary services. */
package org.bufferyard.conform.command;
