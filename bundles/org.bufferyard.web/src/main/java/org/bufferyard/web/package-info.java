/** Puts the editor together and opens its port. */
package org.bufferyard.web;
