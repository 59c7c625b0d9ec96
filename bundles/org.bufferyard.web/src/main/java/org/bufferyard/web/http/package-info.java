/** Servlets, and who may use them. */
package org.bufferyard.web.http;
