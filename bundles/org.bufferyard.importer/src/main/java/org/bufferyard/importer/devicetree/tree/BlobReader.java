package org.bufferyard.importer.devicetree.tree;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.input.BadInputException;

/**
 * Reads the structure block into a tree. One pass, no recursion, memory in proportion to the blob
 * and bounded by {@link TreeLimits}. Devicetree Specification v0.4, section 5.4.
 *
 * <p>Refused besides broken structure: two properties or two nodes of one name in one node. One use,
 * one thread.
 */
public final class BlobReader {
  private static final int BEGIN_NODE = 1;
  private static final int END_NODE = 2;
  private static final int PROP = 3;
  private static final int NOP = 4;
  private static final int END = 9;

  private final Blob blob;
  private final Deque<Open> open = new ArrayDeque<>();
  private Optional<TreeNode> root = Optional.empty();
  private int at;
  private int nodes;
  private int properties;

  /** A node that has begun, and how long its path is. */
  private record Open(TreeNode node, int pathLength, boolean[] hasChildren) {}

  private BlobReader(Blob blob) {
    this.blob = blob;
    at = blob.structure();
  }

  /**
   * @param file name for complaints and provenance
   * @throws BadInputException when the bytes are no devicetree of a board
   */
  public static DeviceTree read(byte[] bytes, String file) {
    return read(bytes, file, List.of());
  }

  /**
   * A tree with overlays on it, each laid on what the ones before it made.
   *
   * @throws BadInputException too when an overlay does not fit
   */
  public static DeviceTree read(byte[] bytes, String file, List<OverlayFile> overlays) {
    Blob blob = blob(bytes, file);
    List<PhysRange> reservations = reservations(blob);
    TreeNode root = new BlobReader(blob).tree();
    if (Overlay.is(root)) {
      throw new BadInputException(
          "is an overlay, no board", file, "give it with its base: BASE.dtb --overlay " + file);
    }
    List<String> applied = new ArrayList<>();
    for (OverlayFile overlay : overlays) {
      // Its references are patched: the bytes must be its own.
      Blob own = blob(overlay.bytes().clone(), overlay.name());
      reservations(own);
      List<String> targets =
          new Overlay(new BlobReader(own).tree(), overlay.name(), root, file).apply();
      applied.add("overlay " + overlay.name() + " on " + String.join(", ", targets));
    }
    return new DeviceTree(file, root, reservations, applied);
  }

  /**
   * An overlay as it was read.
   *
   * @param name for complaints and provenance
   */
  public record OverlayFile(byte[] bytes, String name) {}

  private static Blob blob(byte[] bytes, String file) {
    if (bytes.length > Blob.MOST_BYTES) {
      throw new BadInputException(
          "has " + bytes.length + " bytes, too many for a devicetree", file, "give a .dtb");
    }
    return new Blob(bytes, file);
  }

  private static List<PhysRange> reservations(Blob blob) {
    List<PhysRange> ranges = new ArrayList<>();
    for (int at = blob.reservations(); ; at += 16) {
      long base = blob.wide(at);
      long size = blob.wide(at + 8);
      if (base == 0 && size == 0) {
        return ranges;
      }
      if (ranges.size() == TreeLimits.RESERVATIONS) {
        throw blob.bad("more than " + TreeLimits.RESERVATIONS + " reservations", at);
      }
      if (size == 0 || base + size != 0 && Long.compareUnsigned(base + size, base) < 0) {
        throw blob.bad("a reservation of an impossible range", at);
      }
      ranges.add(new PhysRange(base, size));
    }
  }

  private TreeNode tree() {
    while (true) {
      int here = at;
      int token = blob.cell(at);
      at += 4;
      switch (token) {
        case BEGIN_NODE -> begin(here);
        case END_NODE -> end(here);
        case PROP -> property(here);
        case NOP -> {}
        case END -> {
          return finished(here);
        }
        default -> throw blob.bad("0x" + Integer.toHexString(token) + " is no token", here);
      }
    }
  }

  private TreeNode finished(int here) {
    if (!open.isEmpty()) {
      throw blob.bad("the tree ends inside node " + open.peek().node().path(), here);
    }
    return root.orElseThrow(() -> blob.bad("the tree has no root", here));
  }

  private void begin(int here) {
    if (open.isEmpty() && root.isPresent()) {
      throw blob.bad("a second root", here);
    }
    if (open.size() == TreeLimits.DEPTH) {
      throw blob.bad("more than " + TreeLimits.DEPTH + " levels", here);
    }
    if (++nodes > TreeLimits.NODES) {
      throw blob.bad("more than " + TreeLimits.NODES + " nodes", here);
    }
    String name = name(here);
    Open parent = open.peek();
    int pathLength = parent == null ? 0 : parent.pathLength() + 1 + name.length();
    if (pathLength > TreeLimits.PATH_CHARACTERS) {
      throw blob.bad("a path of more than " + TreeLimits.PATH_CHARACTERS + " characters", here);
    }
    TreeNode node = new TreeNode(name, Optional.ofNullable(parent).map(Open::node));
    if (parent == null) {
      root = Optional.of(node);
    } else {
      parent.hasChildren()[0] = true;
      if (!parent.node().add(node)) {
        throw blob.bad("two nodes are called " + node.path(), here);
      }
    }
    open.push(new Open(node, pathLength, new boolean[1]));
  }

  private String name(int here) {
    // Before version 16 a node's name was its whole path.
    int most = blob.isOld() ? TreeLimits.PATH_CHARACTERS : TreeLimits.NAME_CHARACTERS;
    String stored = blob.nodeName(at, most);
    at = aligned(at + stored.length() + 1, 4);
    String name =
        blob.isOld() ? stored.substring(stored.lastIndexOf('/') + 1) : stored;
    if (name.isEmpty() != open.isEmpty()) {
      throw blob.bad(open.isEmpty() ? "the root has a name" : "a node without a name", here);
    }
    if (name.indexOf('/') >= 0) {
      throw blob.bad("a node name with a slash: " + name, here);
    }
    return name;
  }

  private void end(int here) {
    if (open.isEmpty()) {
      throw blob.bad("a node ends that did not begin", here);
    }
    open.pop();
  }

  private void property(int here) {
    int length = blob.cell(at);
    String name = blob.propertyName(blob.cell(at + 4), here);
    at += 8;
    if (blob.isOld() && length >= 8) {
      at = blob.structure() + aligned(at - blob.structure(), 8);
    }
    if (length < 0 || length > blob.structureEnd() - at) {
      throw blob.bad("the value of property '" + name + "' passes the end", here);
    }
    if (++properties > TreeLimits.PROPERTIES) {
      throw blob.bad("more than " + TreeLimits.PROPERTIES + " properties", here);
    }
    Open node = open.peek();
    if (node == null || node.hasChildren()[0]) {
      throw blob.bad("property '" + name + "' does not stand at the start of a node", here);
    }
    if (name.isEmpty() || !node.node().add(new Property(name, blob.bytes(), at, length))) {
      throw blob.bad(
          name.isEmpty()
              ? "a property without a name"
              : "two properties '" + name + "' in " + node.node().path(),
          here);
    }
    at = aligned(at + length, 4);
  }

  /** Offsets stay below twice the most bytes a blob has, so nothing overflows. */
  private static int aligned(int offset, int alignment) {
    return offset + alignment - 1 & -alignment;
  }
}
