/** The checker: rules over event streams and boards. */
package org.bufferyard.check;
