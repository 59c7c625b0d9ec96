package org.bufferyard.importer.devicetree.draft;

import java.util.List;
import java.util.regex.Pattern;
import org.bufferyard.importer.devicetree.tree.DeviceTree;
import org.bufferyard.importer.devicetree.tree.TreeNode;
import org.bufferyard.platform.spec.MachineSpec.Architecture;

/** What kind of kernel a board runs; a devicetree says it by its CPUs only. Stateless. */
public final class Architectures {
  /** Cores without a 64-bit mode. */
  private static final Pattern CORE_32 =
      Pattern.compile(
          "arm,(arm(7|9|10|11).*|cortex-a(5|7|8|9|12|15|17|32)(-.*)?|sc[0-9]+)"
              + "|qcom,(scorpion|krait).*|marvell,(sheeva.*|feroceon.*|pj4.*|mohawk)"
              + "|brcm,brahma-b15|intel,xscale.*");

  private Architectures() {}

  public static Architecture of(DeviceTree tree, Notes notes) {
    List<String> cores =
        tree.root().child("cpus").map(TreeNode::children).orElse(List.of()).stream()
            .flatMap(cpu -> cpu.compatible().stream())
            .toList();
    boolean is32 = cores.stream().anyMatch(core -> CORE_32.matcher(core).matches());
    Architecture architecture = is32 ? Architecture.ARM : Architecture.ARM64;
    notes.guessed(
        tree.root(),
        (is32 ? "32-bit Arm" : "64-bit Arm")
            + (cores.isEmpty() ? ": no CPU says what it is" : ", by its CPU " + cores.getFirst()));
    return architecture;
  }
}
