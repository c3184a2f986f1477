import { Badge, createTheme, Input, Modal } from "@mantine/core";

/** Nothing here may put a style element into the page: the server's policy forbids them. */
export const theme = createTheme({
  primaryColor: "indigo",
  defaultRadius: "md",
  respectReducedMotion: true,
  components: {
    // To stop the page behind it from scrolling it would need such an element.
    Modal: Modal.extend({ defaultProps: { lockScroll: false, radius: "lg", centered: true } }),
    Badge: Badge.extend({ defaultProps: { radius: "sm" } }),
    InputWrapper: Input.Wrapper.extend({
      defaultProps: { inputWrapperOrder: ["label", "input", "description", "error"] },
    }),
  },
});
