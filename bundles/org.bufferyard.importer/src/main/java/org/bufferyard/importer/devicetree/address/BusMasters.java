package org.bufferyard.importer.devicetree.address;

import java.util.List;
import java.util.regex.Pattern;
import org.bufferyard.importer.devicetree.tree.TreeNode;

/**
 * Which nodes access memory on their own and may share buffers. A devicetree does not say so; some
 * properties prove the access, and the rest is a guess by what a node is called and how it is
 * reached. Stateless.
 */
public final class BusMasters {
  /** What a node's place in the model rests on. */
  public enum Evidence {
    /** A property that only makes sense for a device that accesses memory. */
    PROVEN,
    /** Memory-mapped, with an interrupt, and called like devices whose drivers share buffers. */
    GUESSED,
    /** Nothing speaks for it. */
    NONE
  }

  private static final List<String> PROOF =
      List.of("iommus", "dma-coherent", "dma-noncoherent", "memory-region");

  /** Displays, cameras, codecs, scalers and processors, by the names that boards give them. */
  private static final Pattern SHARING =
      Pattern.compile(
          "(d?gpu|npu|tpu|dsp|v3d|2d|g2d|gc\\d+.*|rga\\d*|pxp|rotator|mixer)"
              + "|(display|lcd-?controller|lcd-?if|lcdc|hdlcd|fimd|decon|crtc)[-_\\w]*"
              + "|(dpu|hvs|txp|vec)[-_\\w]*"
              + "|(vop[bl]?|dc|du|dcss|ipu|tv-?encoder|drm[-\\w]*)"
              + "|(camera|csi|isp|rkisp|cif|vicap|vin|fimc|hdmi[-_]?(receiver|rx))[-_\\w]*"
              + "|(video|image|jpeg|jpg|vpu|venus|mfc|hantro|mdp|vsp|fdp1|deinterlace)[-_\\w]*"
              + "|(\\w+-)?(codec|decoder|encoder|vdec|venc|scaler|gsc|resizer)[-_\\d]*"
              + "|(ovl|rdma|wdma)[-_\\w]*");

  private BusMasters() {}

  public static Evidence of(TreeNode node, AddressTranslation registers) {
    // A PCI host bridge or bridge is the bus of its functions, and no device that maps buffers.
    if (node.compatible().isEmpty() || node.has("#iommu-cells") || AddressBus.isPci(node)) {
      return Evidence.NONE;
    }
    if (isInterruptController(node)) {
      return Evidence.NONE;
    }
    boolean proven =
        PROOF.stream().anyMatch(node::has)
            || node.property("interconnect-names")
                .map(names -> names.texts().contains("dma-mem"))
                .orElse(false);
    if (proven) {
      return Evidence.PROVEN;
    }
    return SHARING.matcher(node.plainName()).matches() && isReached(node, registers)
        ? Evidence.GUESSED
        : Evidence.NONE;
  }

  /** Some have tables in memory, but no buffers that pass through the DMA API. */
  private static boolean isInterruptController(TreeNode node) {
    return node.has("interrupt-controller") || node.has("msi-controller");
  }

  private static boolean isReached(TreeNode node, AddressTranslation registers) {
    boolean interrupts = node.has("interrupts") || node.has("interrupts-extended");
    return interrupts && Ranges.register(node, 0, registers).isPresent();
  }

  /** Why a node that says what it is does not stand in the draft. */
  public static String whyNot(TreeNode node, AddressTranslation registers) {
    if (isInterruptController(node)) {
      return "an interrupt controller";
    }
    if (node.has("dmas")) {
      return "its memory accesses are made by the DMA controller in its dmas";
    }
    if (node.has("#dma-cells")) {
      return "a DMA controller: it moves what belongs to others";
    }
    return isReached(node, registers)
        ? "not of a kind whose drivers share buffers"
        : "no registers on a memory bus with an interrupt, so no sign of DMA";
  }
}
