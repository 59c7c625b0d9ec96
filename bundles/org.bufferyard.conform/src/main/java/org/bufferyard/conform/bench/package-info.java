/** The yard that one case runs on, with the objects that its commands name. */
package org.bufferyard.conform.bench;
