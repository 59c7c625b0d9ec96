/** Exporters of register windows: the phys_vec helper and vfio-pci (SEMANTICS F15, G7). */
package org.bufferyard.dmabuf.ops.physvec;
