package org.bufferyard.device.codec;

import org.bufferyard.api.device.Device;
import org.bufferyard.api.device.DeviceContext;
import org.bufferyard.api.device.DeviceKind;
import org.bufferyard.api.device.DeviceUnit;
import org.bufferyard.api.device.DriverFacts;
import org.bufferyard.api.device.DriverFactsTable;
import org.bufferyard.api.device.PatternedDevice;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.kernel.Models;
import org.osgi.service.component.annotations.Component;

/**
 * Video codecs: what their drivers do with buffers, and hardware that reads and writes pictures
 * whose bytes follow from their number.
 *
 * <p>Not modelled: compression, reference pictures, firmware memory.
 */
@Component
@Models({
  "bufferyard,codec",
  "samsung,mfc-v5",
  "samsung,mfc-v6",
  "samsung,mfc-v7",
  "samsung,exynos3250-mfc",
  "samsung,mfc-v8",
  "samsung,exynos5433-mfc",
  "samsung,mfc-v10",
  "samsung,s5pv210-jpeg",
  "samsung,exynos3250-jpeg",
  "samsung,exynos4210-jpeg",
  "samsung,exynos4212-jpeg",
  "samsung,exynos5420-jpeg",
  "samsung,exynos5433-jpeg",
  "rockchip,rk3399-vpu",
  "rockchip,rk3568-vpu",
  "rockchip,rk3568-vepu",
  "rockchip,rk3588-vepu121",
  "rockchip,rk3588-vpu121",
  "rockchip,rk3588-av1-vpu",
  "nxp,imx8mq-vpu-g2",
  "mediatek,mt8183-vcodec-dec",
  "mediatek,mt8183-vcodec-enc",
  "nxp,imx8mq-vpu-g1",
  "nxp,imx8mm-vpu-g1",
  "rockchip,rk3399-vdec"
})
public final class CodecKind implements DeviceKind {
  private final DriverFactsTable facts = DriverFactsTable.read(CodecKind.class, "/facts/codec.facts");

  @Override
  public DriverFacts facts(DeviceUnit unit, KernelProfile kernel) {
    return facts.of(unit.model());
  }

  @Override
  public Device open(DeviceUnit unit, DeviceContext context) {
    return new PatternedDevice(context.bus());
  }
}
