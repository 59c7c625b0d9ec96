package org.bufferyard.importer.devicetree.tree;

/**
 * What a tree may hold, so that time and memory stay bounded whatever the bytes say. Real boards
 * have some 6,000 nodes, 10 levels and paths of 150 characters.
 */
public final class TreeLimits {
  /** {@code drivers/of/fdt.c: FDT_MAX_DEPTH}. */
  public static final int DEPTH = 64;

  public static final int NODES = 65_536;
  static final int PROPERTIES = 1 << 20;
  static final int NAME_CHARACTERS = 255;
  static final int PATH_CHARACTERS = 1024;
  static final int RESERVATIONS = 4096;

  private TreeLimits() {}
}
