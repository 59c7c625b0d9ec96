package org.bufferyard.importer.devicetree;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.importer.devicetree.tree.Blob;
import org.bufferyard.importer.devicetree.tree.BlobReader;
import org.bufferyard.importer.devicetree.tree.DeviceTree;

/**
 * Writes devicetree blobs, as dtc does: for tests. A node takes its properties first and then its
 * children, whatever the order of the calls.
 */
final class TreeWriter {
  private final String name;
  private final Map<String, byte[]> properties = new LinkedHashMap<>();
  private final List<TreeWriter> children = new ArrayList<>();
  private final List<PhysRange> reservations = new ArrayList<>();

  private TreeWriter(String name) {
    this.name = name;
  }

  static TreeWriter root() {
    return new TreeWriter("");
  }

  /** A root with cells for 64-bit addresses and sizes. */
  static TreeWriter board() {
    return root().text("compatible", "test,board").cells64();
  }

  TreeWriter cells64() {
    return cells("#address-cells", 2).cells("#size-cells", 2);
  }

  TreeWriter cells32() {
    return cells("#address-cells", 1).cells("#size-cells", 1);
  }

  TreeWriter bytes(String property, byte... value) {
    properties.put(property, value.clone());
    return this;
  }

  TreeWriter flag(String property) {
    return bytes(property);
  }

  TreeWriter cells(String property, int... cells) {
    byte[] value = new byte[4 * cells.length];
    for (int i = 0; i < cells.length; i++) {
      for (int b = 0; b < 4; b++) {
        value[4 * i + b] = (byte) (cells[i] >>> 24 - 8 * b);
      }
    }
    return bytes(property, value);
  }

  TreeWriter text(String property, String... texts) {
    return bytes(
        property, (String.join("\0", texts) + "\0").getBytes(StandardCharsets.ISO_8859_1));
  }

  TreeWriter reserve(long base, long size) {
    reservations.add(new PhysRange(base, size));
    return this;
  }

  TreeWriter node(String child, Consumer<TreeWriter> content) {
    TreeWriter node = new TreeWriter(child);
    content.accept(node);
    children.add(node);
    return this;
  }

  byte[] blob() {
    return blob(17);
  }

  byte[] blob(int version) {
    try {
      Blocks blocks = new Blocks(version);
      blocks.write(this, "");
      blocks.structure.writeInt(9);
      return blocks.assemble(reservations);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the writer made, read back. */
  DeviceTree tree() {
    return BlobReader.read(blob(), "test.dtb");
  }

  private static final class Blocks {
    private final int version;
    private final ByteArrayOutputStream structureBytes = new ByteArrayOutputStream();
    private final DataOutputStream structure = new DataOutputStream(structureBytes);
    private final ByteArrayOutputStream strings = new ByteArrayOutputStream();
    private final Map<String, Integer> offsets = new LinkedHashMap<>();

    Blocks(int version) {
      this.version = version;
    }

    void write(TreeWriter node, String path) throws IOException {
      structure.writeInt(1);
      String written = version >= 16 ? node.name : path.isEmpty() ? "/" : path;
      structure.write(written.getBytes(StandardCharsets.ISO_8859_1));
      structure.write(0);
      pad(4);
      for (Map.Entry<String, byte[]> property : node.properties.entrySet()) {
        structure.writeInt(3);
        structure.writeInt(property.getValue().length);
        structure.writeInt(offset(property.getKey()));
        if (version < 16 && property.getValue().length >= 8) {
          pad(8);
        }
        structure.write(property.getValue());
        pad(4);
      }
      for (TreeWriter child : node.children) {
        write(child, path + "/" + child.name);
      }
      structure.writeInt(2);
    }

    private void pad(int alignment) throws IOException {
      while (structure.size() % alignment != 0) {
        structure.write(0);
      }
    }

    private int offset(String name) {
      return offsets.computeIfAbsent(
          name,
          n -> {
            int at = strings.size();
            strings.writeBytes((n + "\0").getBytes(StandardCharsets.ISO_8859_1));
            return at;
          });
    }

    byte[] assemble(List<PhysRange> reservations) throws IOException {
      int header = version >= 17 ? 40 : version >= 3 ? 36 : 32;
      int rsvmap = header + 7 & -8;
      int struct = rsvmap + 16 * (reservations.size() + 1);
      int text = struct + structureBytes.size();
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      DataOutputStream out = new DataOutputStream(bytes);
      int compatible = version >= 16 ? 16 : 2;
      int[] fields = {
        Blob.MAGIC, text + strings.size(), struct, text, rsvmap, version, compatible, 0,
        strings.size(), structureBytes.size()
      };
      for (int i = 0; i < header / 4; i++) {
        out.writeInt(fields[i]);
      }
      out.write(new byte[rsvmap - header]);
      for (PhysRange range : reservations) {
        out.writeLong(range.base());
        out.writeLong(range.size());
      }
      out.write(new byte[16]);
      structureBytes.writeTo(out);
      strings.writeTo(out);
      return bytes.toByteArray();
    }
  }
}
