package org.bufferyard.itest.board.npu;

import java.util.OptionalLong;
import org.bufferyard.api.device.Device;
import org.bufferyard.api.device.DeviceContext;
import org.bufferyard.api.device.DeviceKind;
import org.bufferyard.api.device.DeviceUnit;
import org.bufferyard.api.device.DriverFacts;
import org.bufferyard.api.device.ImportPath;
import org.bufferyard.api.device.PatternedDevice;
import org.bufferyard.api.kernel.KernelProfile;

/** The code of a device bundle that a test makes: it runs there, with that bundle's loader. */
public final class NpuKind implements DeviceKind {
  @Override
  public DriverFacts facts(DeviceUnit unit, KernelProfile kernel) {
    return new DriverFacts(
        "example-npu",
        "vb2-contig",
        ImportPath.VB2_DMA_CONTIG,
        OptionalLong.empty(),
        OptionalLong.of(0x1000_0000),
        "npu.c: npu_probe");
  }

  @Override
  public Device open(DeviceUnit unit, DeviceContext context) {
    return new PatternedDevice(context.bus());
  }
}
