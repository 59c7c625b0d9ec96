package org.bufferyard.importer.devicetree.draft;

import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bufferyard.importer.devicetree.tree.DeviceTree;
import org.bufferyard.importer.devicetree.tree.TreeNode;
import org.bufferyard.platform.draft.DraftNode.Head;
import org.bufferyard.platform.draft.Provenance;

/**
 * What elements are called: as their nodes, but for characters that a model's names do not have.
 * The name depends on the node and its elder siblings only, so that two imports agree.
 */
public final class NodeNames {
  private final String file;
  private final Map<String, String> places;
  private final Map<String, String> labels;

  /**
   * @param places node path to file and line of the source; empty for a blob
   */
  public NodeNames(DeviceTree tree, Map<String, String> places) {
    file = tree.file();
    this.places = Map.copyOf(places);
    labels = tree.labels();
  }

  public Provenance provenance(TreeNode node) {
    return new Provenance(
        node.overlay().orElseGet(() -> places.getOrDefault(node.path(), file)), node.path());
  }

  Optional<String> label(TreeNode node) {
    return Optional.ofNullable(labels.get(node.path()));
  }

  /**
   * @param taken names of elder siblings; the new one is added
   */
  Head head(TreeNode node, String suffix, Set<String> taken) {
    return new Head(
        provenance(node), unique(clean(node.name()) + suffix, taken), label(node), !node.isOkay());
  }

  String unique(TreeNode node, Set<String> taken) {
    return unique(clean(node.name()), taken);
  }

  private static String unique(String wanted, Set<String> taken) {
    String name = wanted;
    for (int n = 2; !taken.add(name); n++) {
      name = wanted + "-" + n;
    }
    return name;
  }

  static String clean(String name) {
    String clean = name.replaceAll("[^A-Za-z0-9,._+@-]", "_");
    return clean.isEmpty() || !Character.isLetterOrDigit(clean.charAt(0)) ? "n" + clean : clean;
  }

  static Set<String> none() {
    return new HashSet<>();
  }
}
