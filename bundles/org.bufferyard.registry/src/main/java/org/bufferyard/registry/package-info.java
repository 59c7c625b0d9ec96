/** The services seen, chosen, shadowed and refused, and why. */
package org.bufferyard.registry;
